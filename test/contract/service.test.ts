import { fakeService } from '../../monkey/host/fake-service.ts';
import { hostService } from '../../monkey/host/service/open.ts';
import { systemClock } from '../../pool/clock.ts';
import { fakeSystemctl } from '../support/fake-systemctl.ts';
import { restartedProcess } from '../support/restarted-process.ts';
import { serviceContract } from './service.contract.ts';

serviceContract('the fake', async () => {
  const service = fakeService();
  return {
    service,
    starts: async () => service.restarts() + 1,
    refuse: async () => service.answer({ kind: 'failed', because: 'a test says so' }),
    end: async () => undefined,
  };
});

serviceContract('a unit of systemd', async () => {
  const systemctl = fakeSystemctl('meow.service');
  return {
    service: hostService({ unit: 'meow.service', systemctl: systemctl.path }, { clock: systemClock }),
    starts: async () => systemctl.starts(),
    refuse: async () => systemctl.behave('refuse'),
    end: async () => systemctl.remove(),
  };
});

serviceContract('a process with its number in a file', async () => {
  const running = await restartedProcess();
  return {
    service: hostService({ pidFile: running.pidFile, signal: 'SIGTERM' }, { clock: systemClock }),
    starts: async () => running.starts(),
    refuse: async () => {
      running.leaveDead();
      await running.end();
    },
    end: () => running.end(),
  };
});
