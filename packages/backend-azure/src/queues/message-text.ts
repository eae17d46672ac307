/**
 * The body of a message as text: base64, as the SDKs for .NET and Azure Functions write it too.
 *
 * The service carries text in XML, which cannot hold all bytes. 64 KiB of text is the service's
 * limit, so that 48 KiB of body fit.
 *
 * https://learn.microsoft.com/rest/api/storageservices/put-message
 */

/** Largest body whose text the service takes. */
export const messageBytesMax: number = (64 * 1024 * 3) / 4

/** Canonical: all of the alphabet, padded, nothing else. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export function encodeBody(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64')
}

/**
 * The body that a text stands for, or the text where it stands for none: of a sender that writes
 * plain text. (A word like "test" is base64 by chance, and decodes. Nothing is lost by that: the
 * text is the base64 of the body again.)
 */
export function decodeText(text: string): { body: Uint8Array | undefined; text?: string } {
  if (!base64.test(text)) return { body: undefined, text }
  const body = Buffer.from(text, 'base64')
  // Bits behind the last byte: another text would stand for the same body.
  if (body.toString('base64') !== text) return { body: undefined, text }
  return { body: new Uint8Array(body) }
}
