/** What people should know beside a table of servers. Pure. */
import { suggest } from '../../../pool/suggest.ts';
import { servicesOf } from '../../services/by-service.ts';
import type { ServerLine } from '../../services/judge.ts';
import type { EmptyService } from '../../services/reading.ts';
import { harmless } from '../print.ts';
import type { FleetRead } from './fleet.ts';

/** Nothing where there are servers of it; where its nodes have left, `ofEmptyServices` tells that. */
export const noSuchService = ({ lines, empty }: FleetRead, service: string | undefined): readonly string[] => {
  const names = servicesOf(lines);
  if (service === undefined || names.includes(service) || empty.some((one) => one.service === service)) return [];
  const near = suggest(service, names);
  const hint = near === undefined ? `there are ${listed(names)}` : `did you mean ${near}?`;
  return [harmless(`no server is of ${JSON.stringify(service)}; ${names.length === 0 ? 'no service is known' : hint}`)];
};

const namesMost = 10;

const listed = (names: readonly string[]): string =>
  names.length <= namesMost
    ? names.join(', ')
    : `${names.slice(0, namesMost).join(', ')} and ${names.length - namesMost} more`;

/** @param service only this one, where it is named */
export const ofEmptyServices = ({ empty }: FleetRead, service?: string): readonly string[] =>
  empty
    .filter((one) => service === undefined || one.service === service)
    .map((one) => harmless(`${one.service} has no server: ${leftText(one)}`));

export const leftText = ({ nodesLeft }: Pick<EmptyService, 'nodesLeft'>): string =>
  `${nodesLeft === 1 ? 'its one node has' : `all ${nodesLeft} of its nodes have`} left the pool`;

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
