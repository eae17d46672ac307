/** Pages of help that are no command's: `aos-storage help locations`. */
import type { HelpTopic } from '../command.ts'

const locations: HelpTopic = {
  name: 'locations',
  summary: 'How a store and a key are written',
  text: `A location is a store, and perhaps a key or prefix in it:

  s3://BUCKET/KEY           after the bucket, all is the key
  azblob://CONTAINER/KEY    the same
  file:///FOLDER#KEY        the folder is the store; after the first #, all is the key
  /FOLDER#KEY  ./FOLDER#KEY the same, as a path of this host
  memory:#KEY               empty at the beginning, gone at the end
  NAME:KEY                  the store of a profile: see "aos-storage help profiles"
  env:KEY                   the store of AOS_STORAGE_URL or AOS_STORAGE_TYPE

Keys are taken as they are, without escapes: %41 is three characters. Quote locations that hold
spaces, or anything else that the shell would take for its own. A key that ends in a slash is a
prefix.

Where the account is:
  S3     as Amazon's tools find it: AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION, roles;
         AOS_S3_ENDPOINT for another server
  Azure  AOS_AZURE_CONNECTION_STRING or AZURE_STORAGE_CONNECTION_STRING

A location holds no credentials: it would be seen in the list of processes, and kept in the
history of the shell.`,
}

const profiles: HelpTopic = {
  name: 'profiles',
  summary: 'Names for stores, in a file without secrets',
  text: `Profiles are in a JSON file: --config FILE, else AOS_STORAGE_CONFIG, else
aos-storage/profiles.json below XDG_CONFIG_HOME (~/.config).

  {
    "profiles": {
      "prod": { "storageType": "s3", "bucket": "orders", "region": "eu-central-1" },
      "lab": {
        "storageType": "azure",
        "container": "lab",
        "connectionString": { "env": "LAB_CONNECTION" }
      },
      "here": { "url": "file:///var/data", "layers": [{ "compress": {} }] }
    }
  }

A profile is a "url", or a "storageType" with the settings that StorageManager.open takes.
A secret is { "env": "NAME" } or { "file": "/path" }, and never the text itself. Relative paths are
from the folder of the file of profiles.

"layers" are those that a service wrote through, the outermost first, so that what it wrote can be
read: { "checksum": {} }, { "compress": {} }, { "prefix": "tenant/a/" }.

  aos-storage ls prod:2026/         use it
  aos-storage doctor prod:          see what it says, and whether it works`,
}

const exitCodesTopic: HelpTopic = {
  name: 'exit-codes',
  summary: 'What the shell is told',
  text: `  0    all of it was done
  1    it failed, and none of the codes below says why
  2    the command line, a profile or a variable is wrong; nothing was done
  3    there is no such object, version, table or queue
  4    a condition did not hold: it exists already, or is another version
  5    a check was made and did not pass: damage, differences, failed cases
  6    some was done and some failed; standard error tells which
  7    credentials are missing or wrong, or do not allow it
  130  Ctrl-C, or an end by signal

With --json the last line of standard error is {"error": {"code", "message", "exitCode", …}}.`,
}

export const topics: readonly HelpTopic[] = [locations, profiles, exitCodesTopic]
