// A disk of a few megabytes, where this machine lets a test mount one.
import { execFileSync } from 'node:child_process'
import { chown, mkdir, mkdtemp, rm, stat, statfs, truncate, writeFile } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface SmallDisk {
  readonly directory: string
  /** Leaves this many bytes free. */
  fill(freeBytes: number): Promise<void>
  /** Leaves no room for another file, however small. */
  takeEveryName(): Promise<void>
  empty(): Promise<void>
  /** A folder on it that belongs to the owner of another. */
  folderFor(name: string, likeFolder: string): Promise<string>
  close(): Promise<void>
}

/** Whether a file system can be mounted here: by root, outside most containers. */
export function canMount(): boolean {
  const directory = mkdtempSync(path.join(tmpdir(), 'concordat-mount-'))
  try {
    mount(directory, 1)
    execFileSync('umount', [directory], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function mount(directory: string, mebibytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,nr_inodes=2000`, 'tmpfs', directory], { stdio: 'ignore' }) // prettier-ignore
}

export async function openSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-small-'))
  mount(directory, mebibytes)
  const [filler, names] = [path.join(directory, 'filler'), path.join(directory, 'names')]
  return {
    directory,
    fill: async (freeBytes) => {
      await rm(filler, { force: true })
      const { bavail, bsize } = await statfs(directory)
      await writeFile(filler, new Uint8Array(Math.max(0, bavail * bsize - freeBytes)))
    },
    takeEveryName: async () => {
      await mkdir(names)
      const { ffree } = await statfs(directory)
      for (let left = ffree; left > 0; left -= 1) await writeFile(path.join(names, String(left)), '')
    },
    empty: async () => {
      await rm(names, { recursive: true, force: true })
      await truncate(filler).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      })
    },
    folderFor: async (name, likeFolder) => {
      const made = path.join(directory, name)
      await mkdir(made)
      const { uid, gid } = await stat(likeFolder)
      for (const folder of [directory, made]) await chown(folder, uid, gid)
      return made
    },
    close: async () => {
      execFileSync('umount', ['--lazy', directory])
      await rm(directory, { recursive: true })
    },
  }
}
