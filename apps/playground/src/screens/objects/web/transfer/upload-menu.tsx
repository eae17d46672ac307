import { Button, Menu } from '@mantine/core'
import { IconFiles, IconFolder, IconUpload } from '@tabler/icons-react'
import { type ChangeEvent, type ReactNode, useRef } from 'react'
import { filesOf } from './queue/chosen-files.ts'
import { upload } from './queue/intake.ts'

/** The button that uploads files, or a folder with all that is in it, to a prefix. */
export function UploadMenu({ prefix }: { readonly prefix: string }): ReactNode {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const onChange = ({ currentTarget }: ChangeEvent<HTMLInputElement>): void => {
    void upload(prefix, filesOf(currentTarget.files))
    // The same choice again is a choice, too.
    currentTarget.value = ''
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="sm" leftSection={<IconUpload size={16} aria-hidden />}>
            Upload
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label className="breakable" maw={280}>
            To {prefix === '' ? 'the top level' : prefix}
          </Menu.Label>
          <Menu.Item
            leftSection={<IconFiles size={16} aria-hidden />}
            onClick={() => files.current?.click()}
          >
            Files…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFolder size={16} aria-hidden />}
            onClick={() => folder.current?.click()}
          >
            A folder…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        data-testid="upload-files"
        onChange={onChange}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label="A folder to upload"
        data-testid="upload-folder"
        onChange={onChange}
        {...{ webkitdirectory: '' }}
      />
    </>
  )
}
