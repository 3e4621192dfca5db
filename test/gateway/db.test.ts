// What every store relies on: a rejected transaction leaves nothing, and values come back as the types we say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../gateway/db.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

describe('the database door', () => {
  let fresh: FreshDatabase
  let owner: Database
  beforeAll(async () => {
    fresh = await freshDatabase()
    owner = openDatabase(fresh.ownerUrl, { applicationName: 'test' })
    await owner.query('create table note (text text)')
  })
  afterAll(async () => {
    await owner.close()
    await fresh.drop()
  })

  test('a transaction whose work rejects leaves nothing behind', async () => {
    const work = owner.withTransaction(async (tx) => {
      await tx.query('insert into note values ($1)', ['half'])
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect((await owner.query('select count(*) from note')).rows).toEqual([{ count: 0 }])
  })

  test('a transaction that swallowed a failed statement is not taken for committed', async () => {
    const work = owner.withTransaction(async (tx) => {
      await tx.query('insert into note values ($1)', ['lost'])
      await tx.query('select 1/0').catch(() => undefined)
    })
    await expect(work).rejects.toThrow('rolled back')
  })

  test('days come back as text, bigints as numbers, and too large ones are refused', async () => {
    const { rows } = await owner.query(`select date '2026-02-28' as day, 9007199254740991::bigint as large`)
    expect(rows).toEqual([{ day: '2026-02-28', large: Number.MAX_SAFE_INTEGER }])
    await expect(owner.query('select 9007199254740993::bigint')).rejects.toThrow('beyond 2^53')
  })

  test('the gateway and ledger logins own nothing and may create nothing', async () => {
    for (const url of [fresh.gatewayUrl, fresh.ledgerUrl]) {
      const login = openDatabase(url, { applicationName: 'test', maxConnections: 1 })
      await expect(login.query('create table public.mine ()')).rejects.toThrow('permission denied')
      await expect(login.query('create table concordat.mine ()')).rejects.toThrow('permission denied')
      await login.close()
    }
  })
})
