/** What boot says, on stderr, one line per step with the time since it began. */

const began = performance.now()

export function say(text) {
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stderr.write(`boot ${seconds.padStart(5)} s  ${text}\n`)
}

/** Set-up cannot go on; the message tells a person what to do. */
export class SetupFailed extends Error {}
