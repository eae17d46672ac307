import { Code } from '@mantine/core'
import type { ReactNode } from 'react'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useStorePlace } from '../../../web/store-place.ts'
import { useView } from '../../../web/view.ts'
import type { ConformanceRequest } from '../server/wire.ts'
import { conformanceText, openChildText, testSuiteText } from './code.ts'
import { ConformanceControls } from './conformance-controls.tsx'
import { ConformanceReport } from './conformance-report.tsx'
import screen from './screen.ts'
import { SameCode, Section } from './section.tsx'
import { useConformance } from './use-conformance.ts'

/** The conformance kit, live. */
export function ConformanceSection(): ReactNode {
  const { storageType } = useStorePlace()
  const [{ target = storageType, durability = 'fsync', group }] = useView(screen)
  const { state, error } = useConformance()
  const request: ConformanceRequest = {
    target,
    ...(target === 'file' ? { durability } : {}),
    group,
  }
  return (
    <Section
      title="Conformance"
      purpose={
        <>
          Every rule of the contract as a case, run on fresh stores in a temporary folder, container
          or bucket, never on your data. The kit is <Code>@aos-storage/core/testing</Code>; whoever
          writes a backend runs the same.
        </>
      }
    >
      {error === null ? null : <ProblemNotice problem={problemOf(error)} />}
      {state === undefined ? null : (
        <>
          <ConformanceControls state={state} request={request} />
          {state.run === null ? null : <ConformanceReport run={state.run} />}
        </>
      )}
      <SameCode code={conformanceText(request).code} />
      <SameCode
        title="The same as tests, for vitest or node:test"
        code={testSuiteText(request).code}
      />
      {target !== 'memory' ? (
        <SameCode
          title="open-child.ts, beside it: how the kit opens the store in other processes"
          code={openChildText(request).code}
        />
      ) : null}
    </Section>
  )
}
