/** Texts of SDKs and services, as they may be shown: without what only their owner may read. */

/** Longer ones quote a whole body. */
const messageLengthMax = 1000

/**
 * A text without its secrets, and cut where it is long.
 *
 * @param secrets What to leave out, each with the flag `g`. A lookbehind keeps what tells the
 * reader what was there: `/(?<=\bsig=)[^&\s]+/g` leaves `sig=…`.
 * @throws TypeError for an expression without `g`, which would leave out only the first.
 */
export function withoutSecrets(text: string, secrets: readonly RegExp[]): string {
  const shown = secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
  return shown.length > messageLengthMax ? `${shown.slice(0, messageLengthMax)}…` : shown
}
