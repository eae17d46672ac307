/**
 * Ties a Node process to the one that started it: it is killed when that one is gone, however it
 * went, for then the pipe to its stdin closes.
 */

const code = `
process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL')).resume().unref()
`

/** The flag for Node; stdin has to be a pipe. */
export const leash = `--import=data:text/javascript,${encodeURIComponent(code)}`
