/** Profiles that people ask nodes for, in the memory of a {@link MemoryServer}. */
import { toJson } from './json.ts';
import type { MemoryData } from './memory-data.ts';
import { type ProfileAsked, type ProfileOrder, profileKept, standingOrder } from './profile-order.ts';

export const askProfile = (
  { nodes, profileOrders }: MemoryData,
  node: string,
  order: ProfileOrder,
  nowMs: number,
  standsMs: number,
): ProfileAsked => {
  if (!nodes.has(node)) return 'unknown-node';
  if (standingOrder(profileOrders.get(node), nowMs) !== undefined) return 'busy';
  profileOrders.set(node, toJson({ ...order, untilMs: nowMs + Math.round(standsMs) }));
  return 'asked';
};

export const answerProfile = (
  { profileOrders, profiles }: MemoryData,
  node: string,
  order: string,
  answer: string,
  nowMs: number,
): void => {
  for (const [id, { untilMs }] of profiles) if (untilMs <= nowMs) profiles.delete(id);
  profiles.set(order, { answer, untilMs: nowMs + profileKept.answerMs });
  profileOrders.delete(node);
};

export const profileAnswer = ({ profiles }: MemoryData, order: string, nowMs: number): string | undefined => {
  const found = profiles.get(order);
  return found !== undefined && found.untilMs > nowMs ? found.answer : undefined;
};
