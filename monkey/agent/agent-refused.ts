/** Why an agent ends by itself: it is not who it thinks it is, or it is not the only one. */
export class AgentRefused extends Error {
  readonly code = 'agent-refused';
}
