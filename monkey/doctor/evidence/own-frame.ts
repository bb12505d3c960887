/** Which frames of a stack are the app's own code, and how they are called. Pure. */

/** By which means a profile was taken, see ports/profiler.ts: each writes frames in its own way. */
export type By = 'inspector' | 'perf';

/** A frame of the app's own code; without a file, of native code of which only a symbol is known. */
export interface OwnFrame {
  readonly name: string;
  /** The end of the file's path, `app/routes/spin.ts`: what stands before it differs from machine to machine. */
  readonly file?: string;
  /** Where the function begins. */
  readonly line?: number;
}

/** perf's marks of what V8 compiled: `JS:*` is optimized, `JS:~` interpreted; older maps say LazyCompile and so on. */
const mark = /^(?:JS|LazyCompile|Function|Script|Eval):[*~^+'-]*/;
/** perf's annotations: kernel, inlined, JIT. */
const annotation = /_\[[kwij]\]$/;
/** `name file:line:column`; the name may have spaces in it, and so may the file. */
const placed = /^(?:(.+?) )?((?:[a-z]+:|\/|\.{1,2}\/)\S.*?|[^\s:]+):(\d+)(?::\d+)?$/;

/** The frame as own code; undefined: it is the runtime's, a package's, the system's, or nobody knows whose. */
export const ownFrame = (frame: string, by: By): OwnFrame | undefined => {
  if (frame.endsWith('_[k]')) return undefined;
  const bare = frame.replace(mark, '').replace(annotation, '').trim();
  const [, name = '(anonymous)', path, line] = placed.exec(bare) ?? [];
  if (path !== undefined && line !== undefined)
    return isForeignFile(path) ? undefined : { name, file: endOf(path), line: Number(line) };
  // The inspector tells the place of all that is JavaScript; perf that of what V8 has compiled, and of nothing else.
  return by === 'perf' && !isForeignSymbol(bare) ? { name: bare } : undefined;
};

const isForeignFile = (path: string): boolean =>
  /^(?:node:|internal\/|ext:|evalmachine)/.test(path) || /(?:^|[/\\])node_modules[/\\]/.test(path);

/** Of the runtime, the C library, the kernel, or without a name. */
const foreignSymbols: readonly RegExp[] = [
  /^(?:v8|node|uv|std|cppgc|icu_\d+|absl)::/,
  /^(?:uv_|Builtins?[:_]|Stub:|JSEntry|Interpreter|(?:Keyed)?(?:Load|Store)IC|RegExp:|(?:Bytecode)?Handler:)/,
  /^(?:_?_?libc_|__GI_|_start$|_?_?clone|start_thread$|_int_malloc|(?:c|m|re)alloc$|free$|mem(?:cpy|set|move)|pthread_)/,
  /^(?:entry_SYSCALL|do_syscall|__x64_sys|ret_from_fork|asm_|k?sys_|vfs_|epoll_|futex|poll$|read$|write$|syscall$)/,
  /^(?:0x)?[0-9a-f]{6,}$/,
  /^\(.*\)$|^\[.*\]$|\.so[.\d]*$/,
];
const isForeignSymbol = (symbol: string): boolean =>
  symbol === '' || foreignSymbols.some((pattern) => pattern.test(symbol));

const segmentsTold = 3;
const endOf = (path: string): string =>
  path
    .replace(/^file:\/\//, '')
    .split(/[/\\]/)
    .filter((segment) => segment !== '')
    .slice(-segmentsTold)
    .join('/');

/**
 * The frames of a folded stack, outermost first. perf names the process first, which is no frame.
 */
export const framesOf = (stack: string, by: By): readonly string[] => {
  const frames = stack.split(';');
  return by === 'perf' && frames.length > 1 ? frames.slice(1) : frames;
};

/** `runaway, app/routes/spin.ts:12`. */
export const frameWords = ({ name, file, line }: OwnFrame): string =>
  `${name}${file === undefined ? '' : `, ${file}${line === undefined ? '' : `:${line}`}`}`.slice(0, frameWordsMost);
const frameWordsMost = 160;
