/** A clone works anywhere: no path of one machine, no host of a registry or a mirror, no secret. */
import type { Rule } from '../rule.ts'

const traces: readonly { readonly sign: RegExp; readonly message: string }[] = [
  {
    sign: /(?<![\w.$}/-])\/(root|home\/[a-z]\w*|Users\/\w+|work\/(main|shared))(?=[/\s'"`)]|$)/,
    message: 'holds a path of one machine; write it relative to the repository.',
  },
  {
    sign: /\bhttps?:\/\/[\w.-]*(registry|npmjs|unpkg|jsdelivr|artifactory|nexus|pypi)[\w.-]*/i,
    message: 'names the host of a registry; leave the host to the settings of the machine.',
  },
  {
    sign: /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
    message: 'holds a private key; make one in the test, and revoke this one.',
  },
  {
    sign: /\b(AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|npm_[A-Za-z0-9]{36}|xox[abprs]-[\w-]{20,})\b/,
    message: 'holds what looks like a secret; take it from the environment, and revoke this one.',
  },
  {
    sign: /AccountKey=(?!Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq)[\w+/]{40}/,
    message: "holds an account key that is not the emulator's; take it from the environment.",
  },
]

const binary = /\.(png|jpe?g|gif|ico|woff2?|wasm|gz|zst|zip|bin|db|sqlite)$/

export const machineTraces: Rule = {
  name: 'no machine paths, registry hosts or secrets',
  check: (repository) =>
    repository
      .matching(/./)
      .filter((path) => !binary.test(path))
      .flatMap((path) =>
        repository
          .text(path)
          .split('\n')
          .flatMap((text, index) =>
            traces
              .filter(({ sign }) => sign.test(text))
              .map(({ message }) => ({ path, line: index + 1, message })),
          ),
      ),
}
