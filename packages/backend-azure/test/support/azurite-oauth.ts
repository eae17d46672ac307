/**
 * Azurite for tokens: blobs over https with a certificate made for the run, which Azurite wants
 * before it takes a token. It reads the claims of a token, and does not check its signature.
 */
import type { TokenCredential } from '@aos-storage/core'
import type { ServiceDefinition } from '@aos-tooling/services'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, getCACertificates, setDefaultCACertificates } from 'node:tls'

const account = 'devstoreaccount1'

/** `service.url` is the account's URL; see {@link trustCertificateOf}. */
export const azuriteOauth: ServiceDefinition = {
  name: 'azurite-oauth',
  urlVariable: 'AOS_AZURE_OAUTH_URL',
  binaries: ['node', 'openssl'],
  aptPackages: ['openssl'],
  readyTimeoutMs: 60_000,

  async start({ folder, freePort, spawn, run }) {
    const port = await freePort()
    const cert = join(folder, 'cert.pem')
    const key = join(folder, 'key.pem')
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const subject = ['-subj', '/CN=azurite', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
    await run('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert])
    // Azurite is a dependency of the services, not of this package.
    const ofServices = createRequire(
      createRequire(import.meta.url).resolve('@aos-tooling/services'),
    )
    const script = ofServices.resolve('azurite/dist/src/blob/main.js')
    const flags = ['silent', 'disableTelemetry', 'inMemoryPersistence', 'skipApiVersionCheck']
    const tls = ['--oauth', 'basic', '--cert', cert, '--key', key]
    const listen = ['--blobHost', '127.0.0.1', '--blobPort', String(port)]
    const args = [script, ...flags.map((flag) => `--${flag}`), ...tls, ...listen]
    await spawn('node', args, { NODE_OPTIONS: '' })
    return `https://127.0.0.1:${port}/${account}`
  },

  probe(url) {
    const port = Number(new URL(url).port)
    return new Promise((resolve, reject) => {
      // Whether it is there; who it is shows in the tests.
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        socket.destroy()
        resolve()
      })
      socket.on('error', reject)
    })
  },
}

/** From now on, in this process. */
export function trustCertificateOf(folder: string): void {
  const cert = readFileSync(join(folder, 'cert.pem'), 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), cert])
}

/** A token as Entra ID gives them, but for its signature. */
export const testCredential: TokenCredential = {
  getToken: async () => {
    const nowSeconds = Math.floor(Date.now() / 1000)
    const id = '11059fcc-5514-4800-b5f8-49808b9cfab6'
    const claims = {
      aud: 'https://storage.azure.com',
      iss: `https://sts.windows.net/${id}/`,
      ...{ iat: nowSeconds - 60, nbf: nowSeconds - 60, exp: nowSeconds + 3600 },
      ...{ oid: id, tid: id },
    }
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`
    return { token, expiresOnTimestamp: (nowSeconds + 3600) * 1000 }
  },
}
