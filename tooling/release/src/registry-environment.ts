/**
 * The environment in which a package manager knows one registry, and nobody's token but that of the
 * file that it is given.
 *
 * Each reads its settings from variables in capitals, too, and then pnpm takes these: what was to
 * be published on loopback would go to the registry that the machine is set up with.
 */
export function registryEnvironment(
  env: NodeJS.ProcessEnv,
  url: string,
  config: string,
): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !ofRegistries.test(name))
  return {
    ...Object.fromEntries(kept),
    npm_config_registry: url,
    npm_config_userconfig: config,
    pnpm_config_registry: url,
    pnpm_config_npmrc_auth_file: config,
    // What was installed is no business of a release.
    pnpm_config_verify_deps_before_run: 'false',
  }
}

const ofRegistries =
  /^(p?npm_config|yarn)_.*(registry|userconfig|globalconfig|npmrc|auth|verify_deps)|^node_auth_token$/i
