/** Goes along with each message, unseen by people: how a notice is found again. */
const eventType = 'doctor_monkey_notice';

export const metadataOf = (notice: string): object => ({ event_type: eventType, event_payload: { notice } });

/** Is this message, as Slack's history tells it, that notice? */
export const isNotice = (message: unknown, notice: string): boolean => {
  const metadata = field(message, 'metadata');
  return field(metadata, 'event_type') === eventType && field(field(metadata, 'event_payload'), 'notice') === notice;
};

/** A field of what came over the wire; undefined where there is none. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

export const listIn = (value: unknown, name: string): readonly unknown[] => {
  const list: unknown = field(value, name);
  return Array.isArray(list) ? list : [];
};
