import type { SilenceStep, Story } from './step.ts';

/** What a controller that only observes makes of a step: where it would touch a node, it tells so, once. */
export const onlyTold = (step: SilenceStep): SilenceStep => {
  switch (step.kind) {
    case 'ask':
    case 'look':
    case 'tell':
    case 'forget-router':
      return step;
    case 'lose':
      return would(step.story, 'taken off the live list');
    case 'shut-out':
      return would(step.story, `put into ${step.as}`);
    case 'call':
      return would(step.story, step.call === 'reboot' ? 'rebooted' : 'stopped and started');
    case 'settle':
      return would(step.story, 'left alone in EC2 from now on');
    case 'remove':
      return would(step.story, 'removed from the pool');
  }
};

const would = ({ incident, node, step, because, notices }: Story, done: string): SilenceStep => {
  const text = `${node} would be ${done}, but controller.mode is observe: ${because}.`;
  const urgency = notices.some((notice) => notice.urgency === 'page') ? 'page' : 'warning';
  const detail = { ...notices[0]?.detail, because: text };
  const story: Story = {
    incident,
    node,
    step: `would-${step}`,
    because: text,
    notices: [{ kind: 'would', urgency, text, detail }],
  };
  return { kind: 'tell', story };
};
