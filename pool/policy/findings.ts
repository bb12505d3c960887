/*
 * When anything but CPU counts as sick, as people write it. What is done then: `treat`, the ladder of remedies after a
 * drain; `report`, people are told and the node goes on serving. Defaults are careful: a check that fails on one node
 * may fail on all, for want of what they all need, and pressure tells of neighbours as well as of the node.
 */
import * as z from 'zod';
import { formatShare, share } from '../units.ts';
import { against, whenNumbers } from './words.ts';

const act = (preset: 'treat' | 'report') =>
  z
    .enum(['treat', 'report', 'off'])
    .default(preset)
    .describe('`treat` it, only `report` it to people, or `off`: it is not looked for.');

const clearBelowThreshold = {
  path: ['clear'],
  error: against('clear', 'not less than', 'threshold', formatShare, ': a node would be sick and calm at once'),
  when: whenNumbers('clear', 'threshold'),
};

const isClearBelow = ({ clear, threshold }: { readonly clear: number; readonly threshold: number }): boolean =>
  clear < threshold;

export const memory = z
  .strictObject({
    act: act('treat'),
    threshold: share(0.01).prefault('95%').describe('Sick at or over this share of memory that cannot be had again.'),
    clear: share(0).prefault('85%').describe('Calm only at or below this share; must be less than `threshold`.'),
  })
  .refine(isClearBelow, clearBelowThreshold)
  .prefault({})
  .describe('When memory counts as sick.');

export const oom = z
  .strictObject({
    act: act('treat'),
    kills: z.int().min(1).max(1_000).default(3).describe('Sick at this many kills for want of memory …'),
    of: z.int().min(1).max(1_000).default(20).describe('… within this many last rounds.'),
  })
  .prefault({})
  .describe('When OOM kills count as sickness.');

export const check = z
  .strictObject({
    act: act('report'),
    sick: z.int().min(1).max(100).default(5).describe('Sick when the checks failed in this many tries …'),
    of: z.int().min(1).max(100).default(5).describe('… of this many last ones.'),
    only: z
      .array(z.string().min(1))
      .min(1, 'names no check; leave it out to run all of checks.run')
      .optional()
      .describe('Checks of `checks.run` that are tried each round, by kind or name; without it, all of them.')
      .meta({ examples: [['status']] }),
  })
  .refine(({ sick, of }) => sick <= of, {
    path: ['sick'],
    error: against('sick', 'more than', 'of', String, ': so many tries can never fail'),
    when: whenNumbers('sick', 'of'),
  })
  .prefault({})
  .describe("When the app's answers to its own agent count as sick; they are asked for in each round.");

export const pressure = z
  .strictObject({
    act: act('report'),
    threshold: share(0.01)
      .prefault('40%')
      .describe('Sick when all who had work waited for memory, or for a disk, in this share of a minute or more.'),
    clear: share(0).prefault('20%').describe('Calm only at or below this share; must be less than `threshold`.'),
  })
  .refine(isClearBelow, clearBelowThreshold)
  .prefault({})
  .describe(
    'When pressure (PSI) counts as sick. Where it is treated, a drained node is watched until the average of a minute can have fallen to `clear` (97 s at 20%), so that load is told from sickness.',
  );

export const disk = z
  .strictObject({
    // There is no `treat`: neither a restart nor a reboot frees a disk, and a node taken out leaves its share to others.
    act: z
      .enum(['report', 'off'])
      .default('report')
      .describe('Only `report` it to people, or `off`: it is not judged.'),
    threshold: share(0.01).prefault('95%').describe('Sick at or over this share of the bytes, or of the inodes.'),
    clear: share(0).prefault('90%').describe('Calm only at or below this share; must be less than `threshold`.'),
  })
  .refine(isClearBelow, clearBelowThreshold)
  .prefault({})
  .describe('When a disk counts as full; the paths are in `agent.disks`.');
