import { ActionIcon, Box, Code, Group, Table, Text, Tooltip } from '@mantine/core'
import { IconCode } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { S3Place } from '../../../server/place.ts'
import { act } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { CodeBlock } from '../../../web/code-block.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useStorePlace } from '../../../web/store-place.ts'
import { useView } from '../../../web/view.ts'
import type { BackendApi } from '../server/index.ts'
import type { Capabilities } from '../server/wire.ts'
import { capabilityCode } from './capability-code.ts'
import { capabilityGroups, rawText, wordsOf } from './capability-words.ts'
import classes from './capabilities-section.module.css'
import { capabilitiesText } from './code.ts'
import screen from './screen.ts'
import { SameCode, Section } from './section.tsx'
import { VerdictIcon } from './verdict-icon.tsx'

/** What the store can do, as questions and answers. */
export function CapabilitiesSection(): ReactNode {
  const { data, error } = useQuery({
    queryKey: ['backend', 'capabilities'],
    queryFn: ({ signal }) =>
      act(capabilitiesText(), (id) =>
        answer(client<BackendApi>('backend', id).capabilities.$get({}, { init: { signal } })),
      ),
  })
  if (error !== null) return <ProblemNotice problem={problemOf(error)} />
  if (data === undefined) return null
  return (
    <Section
      title="Capabilities"
      purpose={
        <>
          What the backend <Code>{data.name}</Code> claims. The conformance kit proves every claim;
          what is not claimed is refused with <Code>UNSUPPORTED</Code> before a byte moves.{' '}
          <PlaceText />
        </>
      }
    >
      <CapabilityTable capabilities={data.capabilities} />
      <SameCode code={capabilitiesText().code} />
    </Section>
  )
}

/** Where the objects, tables and queues are. */
function PlaceText(): ReactNode {
  const place = useStorePlace()
  if (place.storageType === 'file') {
    return (
      <>
        Objects, tables and queues are in <Code>{place.basePath}</Code>.
      </>
    )
  }
  if (place.storageType === 's3') return <BucketText place={place} />
  const { account, endpoint, container, connectionString } = place
  return (
    <>
      Objects are in the container <Code>{container}</Code> at <Code>{endpoint}</Code>, tables and
      queues in the same account <Code>{account}</Code>.{' '}
      {connectionString === undefined
        ? ''
        : "It is Microsoft's emulator, started with the playground: what it holds ends with it."}
    </>
  )
}

const notHeld =
  'The server holds no conditions in this bucket: a layer of the playground does, between the ' +
  'pages that it serves, and not against other programs. '

function BucketText({ place }: { readonly place: S3Place }): ReactNode {
  const { bucket, endpoint, basePath, isConditional, credentials } = place
  return (
    <>
      Objects are in the bucket <Code>{bucket}</Code>{' '}
      {endpoint === undefined ? (
        "of Amazon's S3"
      ) : (
        <>
          at <Code>{endpoint}</Code>
        </>
      )}
      . S3 has no tables and queues: those are files in <Code>{basePath}</Code>.{' '}
      {isConditional ? '' : notHeld}
      {credentials === undefined
        ? ''
        : "It is Ceph's gateway, started with the playground: what it holds ends with it."}
    </>
  )
}

function CapabilityTable({ capabilities }: { readonly capabilities: Capabilities }): ReactNode {
  return (
    <Table verticalSpacing={6} className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="42%">Question</Table.Th>
          <Table.Th>Answer</Table.Th>
          <Table.Th w={48}>Code</Table.Th>
        </Table.Tr>
      </Table.Thead>
      {capabilityGroups.map(({ title, names }) => (
        <Table.Tbody key={title}>
          <Table.Tr>
            <Table.Th colSpan={3} scope="rowgroup" className={classes['group']}>
              {title}
            </Table.Th>
          </Table.Tr>
          {names.map((name) => (
            <CapabilityRows key={name} name={name} capabilities={capabilities} />
          ))}
        </Table.Tbody>
      ))}
    </Table>
  )
}

function CapabilityRows({
  name,
  capabilities,
}: {
  readonly name: keyof Capabilities
  readonly capabilities: Capabilities
}): ReactNode {
  const [view, setView] = useView(screen)
  const isOpen = view.capability === name
  const { question, answer } = wordsOf(name, capabilities)
  const label = `${isOpen ? 'Hide' : 'Show'} the code of ${name}`
  const toggle = (): void =>
    setView({ capability: isOpen ? undefined : name }, { isReplaced: true })
  return (
    <>
      <Table.Tr data-open={isOpen || undefined} className={classes['row']}>
        <Table.Th scope="row" fw={400}>
          {question}
        </Table.Th>
        <Table.Td>
          <Group gap={6} wrap="nowrap" align="flex-start">
            <VerdictIcon verdict={answer.verdict} />
            <Box miw={0}>
              <Text size="sm" fw={600}>
                {answer.text}
              </Text>
              {answer.names === undefined || answer.names.length === 0 ? (
                <Text size="xs" c="dimmed" className="mono breakable">
                  {name}: {rawText(capabilities[name])}
                </Text>
              ) : (
                <Group gap={4} mt={4} mb={2}>
                  <Text size="xs" c="dimmed" className="mono">
                    {name}:
                  </Text>
                  {answer.names.map((each) => (
                    <Code key={each}>{each}</Code>
                  ))}
                </Group>
              )}
            </Box>
          </Group>
        </Table.Td>
        <Table.Td>
          <Tooltip label={label} withArrow>
            <ActionIcon
              variant={isOpen ? 'light' : 'subtle'}
              aria-label={label}
              aria-expanded={isOpen}
              onClick={toggle}
            >
              <IconCode size={18} />
            </ActionIcon>
          </Tooltip>
        </Table.Td>
      </Table.Tr>
      {isOpen ? (
        <Table.Tr>
          <Table.Td colSpan={3} className={classes['code']}>
            <CodeBlock code={capabilityCode(name)} label={`The code of ${name}`} />
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
  )
}
