/** What people should know beside a table of servers. Pure. */
import { suggest } from '../../../pool/suggest.ts';
import { servicesOf } from '../../services/by-service.ts';
import type { ServerLine } from '../../services/judge.ts';
import { harmless } from '../print.ts';

/** Nothing where there are servers of it. */
export const noSuchService = (lines: readonly ServerLine[], service: string | undefined): readonly string[] => {
  const names = servicesOf(lines);
  if (service === undefined || names.includes(service)) return [];
  const near = suggest(service, names);
  const hint = near === undefined ? `there are ${listed(names)}` : `did you mean ${near}?`;
  return [harmless(`no server is of ${JSON.stringify(service)}; ${names.length === 0 ? 'no service is known' : hint}`)];
};

const namesMost = 10;

const listed = (names: readonly string[]): string =>
  names.length <= namesMost
    ? names.join(', ')
    : `${names.slice(0, namesMost).join(', ')} and ${names.length - namesMost} more`;

/** Servers that belong nowhere as long as they do not answer: who looks at one service does not see them. */
export const ofNoService = (lines: readonly ServerLine[]): readonly string[] => {
  const count = lines.filter(({ service }) => service === null).length;
  if (count === 0) return [];
  return [
    `of ${counted(count, 'server')} not even the service could be read: monkey services --status unknown shows why`,
  ];
};

export const unknownAmong = (lines: readonly ServerLine[]): number =>
  lines.filter(({ status }) => status === 'unknown').length;

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
