import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Certificate, readCertificate, watchCertificate } from '../../proxy/certificate.ts';
import { type Certificates, makeCertificates, withoutOpenssl } from '../support/certificates.ts';
import { recordingLog } from '../support/recording-log.ts';
import { describeUnless } from '../support/unless.ts';
import { until } from './stage.ts';

const files = { cert: '/cert.pem', key: '/key.pem' };
const describeTls = describeUnless(withoutOpenssl());

describeTls('a certificate', () => {
  let one: Certificates;
  let other: Certificates;
  const disk = new Map<string, string>();
  const put = async ({ cert, key }: { readonly cert?: string; readonly key?: string }): Promise<void> => {
    if (cert !== undefined) disk.set('/cert.pem', await readFile(cert, 'utf8'));
    if (key !== undefined) disk.set('/key.pem', await readFile(key, 'utf8'));
  };
  const read = async (path: string): Promise<string> => {
    const text = disk.get(path);
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  };

  beforeAll(async () => {
    [one, other] = await Promise.all([makeCertificates(), makeCertificates()]);
  });
  afterAll(async () => {
    await Promise.all([one.remove(), other.remove()]);
  });

  test('is used where its key fits and it has not expired', async () => {
    await put(one);
    expect(await readCertificate(files, read, Date.now())).toMatchObject({ kind: 'certificate' });
    const later = await readCertificate(files, read, Date.now() + 3 * 86_400_000);
    expect(later).toMatchObject({ kind: 'unusable', because: expect.stringMatching(/^it has expired on 20/) });
  });

  test('is not used with the key of another, when cut short, or missing', async () => {
    await put({ cert: one.cert, key: other.key });
    const because = async () => Reflect.get(await readCertificate(files, read, Date.now()), 'because') as string;
    expect(await because()).toBe('the key is not that of the certificate');
    disk.set('/cert.pem', disk.get('/cert.pem')!.slice(0, 200));
    expect(await because()).toMatch(/^it cannot be read: /);
    disk.delete('/cert.pem');
    expect(await because()).toBe('ENOENT: /cert.pem');
  });

  describe('that is watched', () => {
    let stop = async (): Promise<void> => undefined;
    afterEach(() => stop());

    const watched = async () => {
      const log = recordingLog();
      const used: Certificate[] = [];
      let looks = 0;
      // Every look is a turn: no time passes, but others come to their turns between two.
      const sleep = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      const clock = { monotonicMs: () => 0, sleep };
      const readFile = async (path: string): Promise<string> => {
        looks += 1;
        return read(path);
      };
      await put(one);
      const first = await readCertificate(files, read, Date.now());
      const onNew = (certificate: Certificate): void => void used.push(certificate);
      stop = watchCertificate(first, { files, readFile, clock, log, wallMs: Date.now, onNew });
      const look = (): Promise<void> => {
        const enough = looks + 8;
        return until(() => looks >= enough, 'some looks');
      };
      return { log, used, look };
    };

    test('is left as it is while the files are', async () => {
      const { log, used, look } = await watched();
      await look();
      expect([used, log.of('certificate-renewed')]).toEqual([[], []]);
    });

    test('is replaced by a new one, once its key is there too', async () => {
      const { log, used, look } = await watched();
      await put({ cert: other.cert });
      await look();
      expect(used).toEqual([]);
      await put({ key: other.key });
      await look();
      expect(used.map(({ cert }) => cert)).toEqual([disk.get('/cert.pem')]);
      expect(log.of('certificate-renewed')).toHaveLength(1);
    });

    test('stays where the new one cannot be used, and that is said once', async () => {
      const { log, used, look } = await watched();
      disk.set('/cert.pem', 'meow');
      await look();
      await look();
      expect(used).toEqual([]);
      expect(log.of('certificate-not-used')).toMatchObject([{ level: 'error', fields: { cert: '/cert.pem' } }]);
    });

    test('is told of days before it expires', async () => {
      const { log, look } = await watched();
      await look();
      expect(log.of('certificate-expires')).toHaveLength(1);
    });
  });
});
