/** The code blocks of the guides and of the pages that belong to no package. */
import { testPages, testReadme } from '@aos-tooling/test/readme'

// One of them runs the conformance kit.
const options = { packageFolder: new URL('..', import.meta.url), runs: 2, timeoutMs: 60_000 }

testPages(new URL('../../../docs/', import.meta.url), options)
testReadme(new URL('../../../CONTRIBUTING.md', import.meta.url), options)
testReadme(new URL('../../bench/README.md', import.meta.url), options)
