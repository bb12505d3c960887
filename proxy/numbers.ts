/** What routers have counted, as it travels between processes, and how it is added up. Pure. */
import { AggregatorRegistry, type Registry } from 'prom-client';
import * as z from 'zod';
import { addDurations, type Histogram, textOfDurations } from './duration-histogram.ts';

/** As prom-client's `getMetricsAsJSON` gives it; each metric says how it is added up. */
const metric = z.object({
  name: z.string(),
  help: z.string(),
  type: z.string(),
  aggregator: z.string(),
  values: z.array(z.object({ value: z.number(), labels: z.record(z.string(), z.union([z.string(), z.number()])) })),
});

export const numbersSchema = z.object({
  metrics: z.array(metric),
  durations: z.object({ counts: z.array(z.number()), sumMs: z.number() }),
});

type Metric = z.output<typeof metric>;
export type Numbers = z.output<typeof numbersSchema>;

/** From half a millisecond, what a local answer takes, to the deadlines of slow paths. */
const bounds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const requestSeconds: Histogram = {
  name: 'doctor_monkey_proxy_request_seconds',
  help: 'From the headers of a request to the end of its answer.',
  bounds,
};

/** What several have counted together. */
export const addNumbers = async (all: readonly Numbers[]): Promise<Numbers> => ({
  metrics: await metricsOf(aggregated(all)),
  durations: durationsOf(all),
});

/** The text that Prometheus reads. */
export const numbersText = async (all: readonly Numbers[]): Promise<string> =>
  `${await aggregated(all).metrics()}${textOfDurations(requestSeconds, durationsOf(all))}`;

/** What stays true when whoever counted has ended: readings end with who was read. */
export const countersOf = ({ metrics, durations }: Numbers): Numbers => ({
  metrics: metrics.filter(({ type }) => type === 'counter'),
  durations,
});

/** The readings of one time with the counters of a later one. */
export const withCounters = (readings: Numbers, { metrics, durations }: Numbers): Numbers => ({
  metrics: [...readings.metrics.filter(({ type }) => type !== 'counter'), ...metrics],
  durations,
});

export const metricsOf = async (registry: Registry): Promise<Metric[]> =>
  z.array(metric).parse(await registry.getMetricsAsJSON());

const aggregated = (all: readonly Numbers[]): Registry =>
  AggregatorRegistry.aggregate(all.map(({ metrics }) => metrics));

const durationsOf = (all: readonly Numbers[]): Numbers['durations'] =>
  addDurations(
    all.map(({ durations }) => durations),
    bounds,
  );
