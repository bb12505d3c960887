/** One method of the Web API; rejects with the SDK's errors. */
export type Call = (method: string, options: Readonly<Record<string, unknown>>) => Promise<object>;
