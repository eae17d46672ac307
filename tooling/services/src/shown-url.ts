/** The URL or connection string of a service for a message: without what lets one in. */
export function shownUrl(url: string): string {
  return url
    .replaceAll(/\b(AccountKey|SharedAccessSignature)=[^;]+/gi, '$1=...')
    .replaceAll(/(?<=:\/\/)[^/@\s;]+@/g, '...@')
    .replaceAll(/\b(otherSecretAccessKey)=[^&;]+/gi, '$1=...')
    .replaceAll(/\bsig=[^&;]+/gi, 'sig=...')
}
