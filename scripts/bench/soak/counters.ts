/** What the proxy has counted, from the text that Prometheus reads. Pure. */
export interface Counters {
  readonly byCode: Readonly<Record<string, number>>;
  /** Requests whose duration was measured. */
  readonly measured: number;
  readonly inFlight: number;
}

export const countersIn = (text: string): Counters => {
  const byCode: Record<string, number> = {};
  for (const [, code = '', count = ''] of text.matchAll(/^doctor_monkey_proxy_requests_total\{code="(\w+)"\} (\d+)$/gm))
    byCode[code] = Number(count);
  const measured = Number(/^doctor_monkey_proxy_request_seconds_count (\d+)$/m.exec(text)?.[1] ?? 0);
  let inFlight = 0;
  for (const [, count = ''] of text.matchAll(/^doctor_monkey_proxy_in_flight\{.*\} (\d+)$/gm))
    inFlight += Number(count);
  return { byCode, measured, inFlight };
};

/** What clients saw. */
export interface Seen {
  readonly ok: number;
  readonly failed502: number;
  readonly failedOtherwise: number;
  readonly aborted: number;
}

/** What does not add up, in words. Aborts may have come before or after their answers. */
export const discrepancies = ({ byCode, measured, inFlight }: Counters, seen: Seen): readonly string[] => {
  const count = (code: string): number => byCode[code] ?? 0;
  const total = Object.values(byCode).reduce((sum, each) => sum + each, 0);
  const most = seen.ok + seen.failed502 + seen.failedOtherwise + seen.aborted;
  return [
    ...(inFlight === 0 ? [] : [`${inFlight} requests in flight at the end`]),
    ...(measured === total ? [] : [`${total} requests by status, ${measured} measured`]),
    ...(total > most ? [`${total} requests counted, clients sent ${most}`] : []),
    ...(count('2xx') + count('aborted') < seen.ok ? [`${count('2xx')} answers of 2xx, clients saw ${seen.ok}`] : []),
    ...(count('5xx') < seen.failed502 ? [`${count('5xx')} answers of 5xx, clients saw ${seen.failed502}`] : []),
    ...(count('2xx') > seen.ok + seen.aborted ? [`${count('2xx')} answers of 2xx, clients saw ${seen.ok}`] : []),
    ...(count('5xx') + count('aborted') > seen.failed502 + seen.failedOtherwise + seen.aborted
      ? [`${count('5xx')} answers of 5xx and ${count('aborted')} aborted, clients had fewer`]
      : []),
    ...(total < seen.ok + seen.failed502
      ? [`${total} requests counted, clients had ${seen.ok + seen.failed502} answers`]
      : []),
  ];
};

/** Memory is flat where the last third of the samples lies at most 10 % and 5 MiB above the second, by their medians. */
export const growth = (samplesMiB: readonly number[]): string | undefined => {
  const third = Math.floor(samplesMiB.length / 3);
  if (third === 0) return undefined;
  const [before, after] = [median(samplesMiB.slice(third, 2 * third)), median(samplesMiB.slice(2 * third))];
  return after > before * 1.1 + 5 ? `memory grew from ${before.toFixed(1)} to ${after.toFixed(1)} MiB` : undefined;
};

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
