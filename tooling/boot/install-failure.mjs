/** From the last output of a failed installation to what a person can do about it. */

const again = 'then run the same command again; it goes on where it stopped'

const causes = [
  {
    signs: /ERR_PNPM_OUTDATED_LOCKFILE|frozen-lockfile.*(not up to date|outdated)/is,
    fix: (version) =>
      'pnpm-lock.yaml does not fit the package.json files. After a change of dependencies write ' +
      `it anew with \`npx --yes pnpm@${version} install --no-frozen-lockfile\` and commit it; ` +
      'otherwise bring the files back with `git checkout`.',
  },
  {
    signs: /\bENOSPC\b|no space left/i,
    fix: () => `the disk is full. The clone needs about 1 GB: free some space, ${again}.`,
  },
  {
    signs: /\b(EROFS|EACCES|EPERM)\b|read-only file system|permission denied/i,
    fix: () =>
      'a file or folder cannot be written. Check that the clone (and the caches of npm and pnpm ' +
      `in your home folder) belong to you and are not on a read-only disk, ${again}.`,
  },
  {
    signs:
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b|ERR_SOCKET_TIMEOUT|ERR_PNPM_(META_)?FETCH|ERR_PNPM_FETCH_\d+|\bE(401|403|404|407|5\d\d)\b|SELF_SIGNED|CERT_|network|error sending request|dns error/i,
    fix: () =>
      'the package registry cannot be reached. Check the network, `npm config get registry`, and ' +
      'the proxy (`npm config get https-proxy`, or HTTPS_PROXY in the environment; ' +
      'behind one that opens TLS also `cafile`); try `npm ping`, ' +
      `${again}.`,
  },
]

export function explainInstallFailure(output, version) {
  const cause = causes.find(({ signs }) => signs.test(output))
  const fix =
    cause?.fix(version) ??
    `the reason stands above. Mend it, ${again}. If node_modules \
is damaged, remove it first.`
  return `the installation failed: ${fix}`
}
