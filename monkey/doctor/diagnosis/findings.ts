/**
 * The table of findings. Its order says which is treated where a node has several: CPU first, as its ladder begins
 * with the remedy that ends the others too; then what is known to be the app's own; last what a remedy seldom cures.
 * How to add one: docs/guides/add-a-finding.md.
 */
import type { FindingDefinition } from './definition.ts';
import { check } from './findings/check.ts';
import { cpu } from './findings/cpu.ts';
import { disk } from './findings/disk.ts';
import { memory } from './findings/memory.ts';
import { oom } from './findings/oom.ts';
import { pressure } from './findings/pressure.ts';

export const findings = { cpu, memory, oom, check, pressure, disk } as const satisfies Readonly<
  Record<string, FindingDefinition>
>;

export type FindingKind = keyof typeof findings;

export const findingKinds = Object.keys(findings) as readonly FindingKind[];

/** The definition of a kind as it stands in a record; undefined where this version does not know it. */
export const definitionOf = (kind: string): FindingDefinition | undefined =>
  findingKinds.includes(kind as FindingKind) ? findings[kind as FindingKind] : undefined;
