/** A signed PUT as a command for a shell. */

/** `curl` that sends `./FILE`; every shell of POSIX reads it as it is. */
export function curlOf(url: string, headers: Readonly<Record<string, string>>): string {
  const lines = [
    'curl --fail-with-body --upload-file FILE',
    ...Object.entries(headers).map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`),
    quoted(url),
  ]
  return lines.join(' \\\n  ')
}

/** Between quotes nothing means anything to a shell but the quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
