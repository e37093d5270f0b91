import { CellularError } from "../errors/cellular-error";
import { JournalFile } from "./journal-file";
import { ifThere, writeFully } from "./file-steps";
import type { JournalHome } from "./journal-home";
import { readJournal, type JournalContents } from "./journal-reading";
import { LiveRecords } from "./live-records";
import { FORMAT_VERSION } from "./record-line";
import type { StoreFile } from "./store-files";

export interface OpenedJournal {
  readonly file: JournalFile;
  readonly contents: Pick<JournalContents, "records" | "damage">;
}

const FILE_MODE = 0o600;

/**
 * Opens a journal's file, or makes it if it is not there; what cannot be read is set aside. Fails as the system does,
 * or with `STORAGE_FAILED` if the file is of a newer version, which stays untouched.
 */
export async function openJournalFile(home: JournalHome, name: string): Promise<OpenedJournal> {
  const path = `${home.path}/${name}.journal`;
  const file = await ifThere(home.files.open(path));
  if (file === undefined) {
    const records = new LiveRecords();
    return { file: await writeInPlace(home, path, records), contents: { records, damage: undefined } };
  }
  try {
    return await takeUp(home, name, file);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

/**
 * Writes records to a new file and puts it in the place of the old one. Fails as the system does; then either file may
 * have the name: `inodeOf` tells.
 */
export async function writeInPlace(home: JournalHome, path: string, records: LiveRecords): Promise<JournalFile> {
  const { files } = home;
  const passing = `${path}.new`;
  const fresh = await JournalFile.write(files, passing, records.map);
  try {
    await files.rename(passing, path);
    // Until then a power cut may bring the old file back.
    await files.syncFolder(home.path);
    return fresh;
  } catch (error) {
    await fresh.close().catch(() => undefined);
    await files.remove(passing).catch(() => undefined);
    throw error;
  }
}

/** The inode of the file that has this name; undefined if there is none. */
export async function inodeOf({ files }: JournalHome, path: string): Promise<number | undefined> {
  return (await ifThere(files.facts(path)))?.inode;
}

async function takeUp(home: JournalHome, name: string, file: StoreFile): Promise<OpenedJournal> {
  const { files } = home;
  const path = `${home.path}/${name}.journal`;
  await files.setMode(path, FILE_MODE);
  const bytes = await file.readAll();
  const contents = understood(bytes, home, name);
  const { damage, end, sequence } = contents;
  if (damage !== undefined) home.onDamage(`${name}.journal`, damage.records);
  const isSetAside = await setAside(home, name, contents.damaged);
  // After a failed sync a file may read well and not be on the disk, and a process that was only stopped may still
  // write to it: so what was abandoned is not written to.
  if (isSetAside && (home.wasAbandoned || damage !== undefined)) {
    const fresh = await renewed(home, path, file, contents.records);
    if (fresh !== undefined) return { file: fresh, contents };
  }
  const resumed = await JournalFile.resume(file, { bytes, end, sequence });
  // The file may have been made by a process that ended before the file's name was on the disk.
  await files.syncFolder(home.path);
  return { file: resumed, contents };
}

function understood(bytes: Buffer, home: JournalHome, name: string): JournalContents {
  const contents = readJournal(bytes);
  if (!("newerVersion" in contents)) return contents;
  const versions = `is of format ${contents.newerVersion}, this version knows up to ${FORMAT_VERSION}`;
  const advice = "Install the newer version again, or delete the file, and with it what waits there.";
  throw new CellularError("STORAGE_FAILED", `${home.label}: the journal ${name} ${versions}. ${advice}`);
}

/** A new file with the same records; undefined where there is no place for one and the old one must do. */
async function renewed(
  home: JournalHome,
  path: string,
  old: StoreFile,
  records: LiveRecords,
): Promise<JournalFile | undefined> {
  try {
    const fresh = await writeInPlace(home, path, records);
    await old.close().catch(() => undefined);
    return fresh;
  } catch (error) {
    if ((await inodeOf(home, path)) !== (await old.facts()).inode) throw error;
    return undefined;
  }
}

/** Keeps damaged bytes for a person to look at; false if they could not be kept. */
async function setAside(home: JournalHome, name: string, damaged: readonly Buffer[]): Promise<boolean> {
  if (damaged.length === 0) return true;
  const { files } = home;
  const path = `${home.path}/${name}.damaged`;
  try {
    const file = (await ifThere(files.open(path))) ?? (await files.create(path));
    try {
      await files.setMode(path, FILE_MODE);
      let { size } = await file.facts();
      for (const piece of damaged) {
        const line = Buffer.concat([piece, Buffer.from("\n")]);
        await writeFully(file, line, size);
        size += line.length;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    return true;
  } catch {
    // Then the bytes stay where they are as long as nothing needs their place.
    return false;
  }
}
