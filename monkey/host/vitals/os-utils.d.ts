declare module 'os-utils' {
  const osUtils: {
    /** Calls back after one second, with the share of CPU time that was not idle, 0 to 1 (or nonsense). */
    readonly cpuUsage: (done: (share: number) => void) => void;
  };
  export default osUtils;
}
