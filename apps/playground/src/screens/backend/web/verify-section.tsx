import { Badge, Box, Group, Table, Text } from '@mantine/core'
import { IconCircleCheck, IconShieldCheck, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { bytesText, countText } from '../../../web/amounts.ts'
import { NameText } from '../../../web/name-text.tsx'
import { ObjectLink } from '../../../web/object-link.tsx'
import { useStorePlace } from '../../../web/store-place.ts'
import type { FindingKind, Verification, VerifyProgress } from '../server/wire.ts'
import { verifyText } from './code.ts'
import { Section } from './section.tsx'
import { StreamRun } from './stream-run.ts'
import { StreamSection } from './stream-section.tsx'

const run = new StreamRun<VerifyProgress, Verification>('/api/backend/verify', verifyText)

const purpose =
  'Looks at every file below the base folder and tells what is not as the store would leave it: ' +
  "cut JSON, damaged envelopes, leftovers of a crash, files that are nobody's. Changes nothing."

const noFiles =
  'Only a store of files has files to verify: the service that holds this one checks its own. ' +
  'The kit under Conformance proves that it keeps its word.'

/** The check of the files below the base folder. */
export function VerifySection(): ReactNode {
  if (useStorePlace().storageType !== 'file') {
    return (
      <Section title="Verify" purpose={noFiles}>
        {null}
      </Section>
    )
  }
  return (
    <StreamSection
      title="Verify"
      purpose={purpose}
      run={run}
      words={{ doing: 'Verifying', done: 'Verified' }}
      textOf={({ files }) => `${countText(files)} files so far`}
      start={{
        ...{ Icon: IconShieldCheck, label: 'Verify the files', again: 'Verify again' },
        isMain: true,
      }}
      code={verifyText().code}
      report={(report) => <Report report={report} />}
    />
  )
}

const kinds: Readonly<Record<FindingKind, readonly [color: string, meaning: string]>> = {
  torn: ['red', 'an object whose bytes are not what its name says'],
  unreadable: ['red', 'a file or folder that may not be read'],
  shadowed: ['orange', 'a second file of a key, never read'],
  leftover: ['orange', 'left by a writer that died; the next writer removes it'],
  foreign: ['gray', "nobody's key; no fault of the store"],
}

function Report({ report }: { readonly report: Verification }): ReactNode {
  const { ok, objects, bytes, findings, omitted, counts } = report
  const amount = `${countText(objects)} objects, ${bytesText(bytes)}.`
  const found = (Object.keys(kinds) as FindingKind[]).filter((kind) => counts[kind] > 0)
  return (
    <>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Box c={ok ? 'green' : 'red'} aria-hidden>
          {ok ? <IconCircleCheck size={22} /> : <IconX size={22} />}
        </Box>
        <Text>
          <b>{ok ? 'Everything' : 'Not all'} is as the store left it.</b> {amount}
        </Text>
      </Group>
      {found.length === 0 ? null : (
        <Group component="ul" gap="md" p={0} m={0}>
          {found.map((kind) => (
            <Group component="li" key={kind} gap={6} wrap="nowrap">
              <KindBadge kind={kind} />
              <Text size="sm">
                <b className="tabular">{countText(counts[kind])}</b> {kinds[kind][1]}
              </Text>
            </Group>
          ))}
        </Group>
      )}
      {findings.length === 0 ? null : <Findings findings={findings} />}
      {omitted === 0 ? null : (
        <Text size="sm" c="dimmed">
          and {countText(omitted)} more, which the code below tells
        </Text>
      )}
    </>
  )
}

function Findings({ findings }: Pick<Verification, 'findings'>): ReactNode {
  return (
    <Table.ScrollContainer
      minWidth={560}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'Findings' } }}
    >
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={110}>Kind</Table.Th>
            <Table.Th>File</Table.Th>
            <Table.Th>What is wrong</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {findings.map(({ kind, path, message, key }) => (
            <Table.Tr key={path}>
              <Table.Td>
                <KindBadge kind={kind} />
              </Table.Td>
              <Table.Td className="mono breakable">
                <NameText text={path} />
                {key === undefined ? null : (
                  <Box>
                    <ObjectLink objectKey={key} />
                  </Box>
                )}
              </Table.Td>
              <Table.Td>{message}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function KindBadge({ kind }: { readonly kind: FindingKind }): ReactNode {
  return (
    <Badge color={kinds[kind][0]} variant="dot" tt="none">
      {kind}
    </Badge>
  )
}
