import { expect, test } from '@jest/globals';
import { type Counters, countersIn, discrepancies, growth } from '../../scripts/bench/soak/counters.ts';

const text = `# TYPE doctor_monkey_proxy_requests_total counter
doctor_monkey_proxy_requests_total{code="aborted"} 3
doctor_monkey_proxy_requests_total{code="2xx"} 100
doctor_monkey_proxy_requests_total{code="5xx"} 2
doctor_monkey_proxy_request_seconds_count 105
doctor_monkey_proxy_in_flight{node="i-1"} 0
doctor_monkey_proxy_in_flight{node="i-2"} 0
`;
const seen = { ok: 100, failed502: 2, failedOtherwise: 0, aborted: 3 };
const with_ = (more: Partial<Counters>): Counters => ({ ...countersIn(text), ...more });

test('reads what the proxy counted, and finds that it adds up', () => {
  expect(countersIn(text)).toEqual({ byCode: { aborted: 3, '2xx': 100, '5xx': 2 }, measured: 105, inFlight: 0 });
  expect(discrepancies(countersIn(text), seen)).toEqual([]);
});

test('allows for clients that left before their request came, or after its answer had', () => {
  expect(discrepancies(countersIn(text), { ...seen, aborted: 9 })).toEqual([]);
  expect(discrepancies(with_({ byCode: { '2xx': 103, '5xx': 2 } }), seen)).toEqual([]);
});

test('finds what does not add up', () => {
  expect(discrepancies(with_({ inFlight: 1 }), seen)).toEqual(['1 requests in flight at the end']);
  expect(discrepancies(with_({ measured: 104 }), seen)).toEqual(['105 requests by status, 104 measured']);
  expect(discrepancies(countersIn(text), { ...seen, aborted: 0 })).toContain('105 requests counted, clients sent 102');
  expect(
    discrepancies(with_({ byCode: { '2xx': 96, aborted: 4, '5xx': 8 }, measured: 108 }), { ...seen, aborted: 9 }),
  ).toEqual(['8 answers of 5xx and 4 aborted, clients had fewer']);
  expect(discrepancies(countersIn(text), { ...seen, failed502: 3 })).toContain('2 answers of 5xx, clients saw 3');
});

test('calls memory flat unless the last third is well above the second', () => {
  expect(growth([40, 90, 100, 101, 110, 114])).toBeUndefined();
  expect(growth([40, 90, 100, 101, 116, 117])).toBe('memory grew from 101.0 to 117.0 MiB');
  expect(growth([])).toBeUndefined();
});
