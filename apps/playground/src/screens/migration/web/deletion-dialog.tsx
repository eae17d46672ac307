import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { placeText } from '../server/place-text.ts'
import type { MigrationPlan } from '../server/wire.ts'
import { deletionText } from './texts.ts'

/** Says what is destroyed, before it is. */
export function DeletionDialog({
  plan,
  isOpen,
  onClose,
  onConfirm,
}: {
  readonly plan: MigrationPlan
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onConfirm: () => void
}): ReactNode {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Migrate and delete the sources?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Text size="sm">
          {deletionText(plan)}
          {plan.mapFrom === '' ? '' : ` and begins with ${plan.mapFrom}`} is deleted from{' '}
          <b>{placeText(plan.from)}</b> once its copy in <b>{placeText(plan.to)}</b> was read back.
          What changes meanwhile, or fails, stays.
        </Text>
        <Alert
          color="orange"
          icon={<IconAlertTriangle />}
          title={<Text inherit c="var(--mantine-color-text)" children="This cannot be undone" />}
          p="xs"
        >
          Undo does not know it: only a migration the other way brings the objects back.
        </Alert>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red" onClick={onConfirm}>
            Migrate and delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
