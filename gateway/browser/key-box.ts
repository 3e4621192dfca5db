// Private keys that were made in this browser: in its IndexedDB, under this site alone, each locked with its owner's
// passphrase. Nothing here sends anything. Whoever clears the browser's data needs the backup.

export interface KeptKey {
  readonly fingerprint: string
  readonly email: string
  /** Locked with the passphrase. */
  readonly privateArmored: string
  readonly publicArmored: string
}

const store = 'keys'

export async function keepKey(key: KeptKey): Promise<void> {
  await inStore('readwrite', (keys) => keys.put(key))
  // So that the browser does not clear it when the disk is full; it may still say no.
  await navigator.storage.persist()
}

export async function findKey(fingerprint: string): Promise<KeptKey | undefined> {
  return inStore('readonly', (keys) => keys.get(fingerprint) as IDBRequest<KeptKey | undefined>) // as keepKey put it
}

export async function allKeys(): Promise<KeptKey[]> {
  return inStore('readonly', (keys) => keys.getAll() as IDBRequest<KeptKey[]>) // as keepKey put them
}

export async function removeKey(fingerprint: string): Promise<void> {
  await inStore('readwrite', (keys) => keys.delete(fingerprint))
}

async function inStore<T>(
  mode: IDBTransactionMode,
  act: (keys: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await openDatabase()
  try {
    const transaction = database.transaction(store, mode)
    const value = await settled(act(transaction.objectStore(store)))
    if (mode === 'readwrite') await committed(transaction)
    return value
  } finally {
    database.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open('concordat', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(store, { keyPath: 'fingerprint' })
  return settled(opening)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the browser keeps nothing'))
  })
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser kept nothing'))
  })
}
