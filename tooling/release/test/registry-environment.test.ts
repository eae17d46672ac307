import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

import { registryEnvironment } from '../src/registry-environment.ts'

const url = 'http://127.0.0.1:1/'
const bin = resolve(import.meta.dirname, '../../../node_modules/.bin')

it('leaves no other registry, and no token, in whatever letters they are set', () => {
  const given = {
    HOME: 'home',
    NPM_CONFIG_REGISTRY: 'https://a.example/',
    PNPM_CONFIG_REGISTRY: 'https://a.example/',
    'npm_config_@own:registry': 'https://a.example/',
    'npm_config_//a.example/:_authToken': 'one',
    NPM_CONFIG_USERCONFIG: 'user.npmrc',
    YARN_REGISTRY: 'https://a.example/',
    NODE_AUTH_TOKEN: 'two',
    npm_config_cafile: '/ca.pem',
  }
  expect(registryEnvironment(given, url, '/c')).toEqual({
    HOME: 'home',
    npm_config_cafile: '/ca.pem',
    npm_config_registry: url,
    npm_config_userconfig: '/c',
    pnpm_config_registry: url,
    pnpm_config_npmrc_auth_file: '/c',
    pnpm_config_verify_deps_before_run: 'false',
  })
})

it('makes pnpm, which publishes, take the registry that it is given', () => {
  const given = { ...process.env, PNPM_CONFIG_REGISTRY: 'https://a.example/' }
  const ask = (env: NodeJS.ProcessEnv): string =>
    execFileSync(resolve(bin, 'pnpm'), ['config', 'get', 'registry'], {
      env,
      cwd: tmpdir(),
      encoding: 'utf8',
    }).trim()
  expect(ask(registryEnvironment(given, url, resolve(tmpdir(), 'no.npmrc')))).toBe(url)
})
