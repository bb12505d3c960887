import { expect, test } from '@jest/globals';
import { partsIn } from '../../../../infra/local-cloud/slack/multipart.ts';

const parsed = async (form: FormData) => {
  const request = new Request('http://slack/', { method: 'POST', body: form });
  return partsIn(request.headers.get('content-type') ?? '', Buffer.from(await request.arrayBuffer()));
};

test('fields and files come out as they went in', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, each) => each));
  const form = new FormData();
  form.append('title', 'café\r\n--x');
  form.append('file', new Blob([bytes]), 'all.bin');
  form.append('empty', '');
  const parts = await parsed(form);
  expect(parts.map(({ name, filename }) => [name, filename])).toEqual([
    ['title', undefined],
    ['file', 'all.bin'],
    ['empty', undefined],
  ]);
  expect(parts.map(({ content }) => content)).toEqual([Buffer.from('café\r\n--x'), bytes, Buffer.alloc(0)]);
});

test.each(['multipart/form-data', 'multipart/form-data; boundary=other'])(
  '%s without such a boundary holds nothing',
  (type) => {
    expect(partsIn(type, Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--'))).toEqual([]);
  },
);
