/** Version tokens: Azure's etags without their quotes, as listings show them too. */

/** Of a version that never was: for tokens that Azure would refuse as malformed. */
const noEtag = '"0x0"'

/** The token of an etag as a header or a listing has it. */
export function tokenOf(etag: string | undefined): string {
  return (etag ?? '').replace(/^(?:W\/)?"(.*)"$/, '$1')
}

/** The etag of a token, for a condition. */
export function etagOf(token: string): string {
  return /^0x[0-9A-Fa-f]+$/.test(token) ? `"${token}"` : noEtag
}

/** Conditions as the SDK takes them. */
export interface EtagConditions {
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
}

/** @param conditions With tokens; `ifNoneMatch` may be `*`. */
export function conditionsOf(conditions: {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}): EtagConditions {
  const { ifMatch, ifNoneMatch } = conditions
  return {
    ...(ifMatch === undefined ? {} : { ifMatch: etagOf(ifMatch) }),
    ...(ifNoneMatch === undefined
      ? {}
      : { ifNoneMatch: ifNoneMatch === '*' ? '*' : etagOf(ifNoneMatch) }),
  }
}
