/** The nonce that the policy of this page asks of style elements; read once and removed. */
const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')

export const nonce: string = meta?.content ?? ''
meta?.remove()

// Where the kit's scroll lock looks for it (the package get-nonce).
Object.assign(globalThis, { __webpack_nonce__: nonce })
