/** That the law about notices can see one that is missing, and one that came twice. */
import { describe, expect, test } from '@jest/globals';
import { newMemoryMessenger } from '../../monkey/slack/memory-messenger.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { newMail } from './mail.ts';

const notice = { id: 'c1.0', kind: 'sick', urgency: 'info', text: 'i-1 is sick' };
const letter = { notice: 'c1.0', message: { text: 'i-1 is sick', blocks: [] } };

const withOneNotice = () => {
  const server = new MemoryServer('web');
  const mail = newMail(server);
  server.data.written += 1;
  server.data.outbox.push({ entry: '5-1', notice: JSON.stringify(notice) });
  mail.written();
  return { server, mail, messenger: newMemoryMessenger() };
};

describe('the post', () => {
  test('misses a notice that was written and never posted', () => {
    const { mail, messenger } = withOneNotice();
    expect(mail.trouble({ messenger, pager: undefined, timesMost: 1 })).toMatch(/sick c1\.0 has never arrived/);
  });

  test('finds fault with a notice only when it came more often than faults explain', async () => {
    const { mail, messenger } = withOneNotice();
    mail.attempted(['5-1'], 'c1.0');
    await messenger.post(letter, { deadlineMs: 1 });
    await messenger.post(letter, { deadlineMs: 1 });
    expect(mail.trouble({ messenger, pager: undefined, timesMost: 2 })).toBeUndefined();
    expect(mail.trouble({ messenger, pager: undefined, timesMost: 1 })).toMatch(/arrived 2 times/);
  });

  test('expects nothing of a notice that was lost together with its Redis', () => {
    const { server, mail, messenger } = withOneNotice();
    server.restartEmpty();
    mail.replaced();
    expect(mail.trouble({ messenger, pager: undefined, timesMost: 1 })).toBeUndefined();
  });
});
