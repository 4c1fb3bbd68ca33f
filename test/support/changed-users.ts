import type { Dialect, TestDatabase } from '../harness/databases.ts'

const TRIGGERS: Record<Dialect, { readonly make: string[]; readonly drop: string }> = {
  pg: {
    make: [
      `CREATE FUNCTION nobody() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.user_id = 'nobody'; RETURN NEW; END $$`,
      'CREATE TRIGGER nobody BEFORE UPDATE ON stored_sessions FOR EACH ROW EXECUTE FUNCTION nobody()',
    ],
    drop: 'DROP FUNCTION nobody CASCADE',
  },
  mysql: {
    make: ["CREATE TRIGGER nobody BEFORE UPDATE ON stored_sessions FOR EACH ROW SET NEW.user_id = 'nobody'"],
    drop: 'DROP TRIGGER nobody',
  },
  sqlite: {
    make: [
      `CREATE TRIGGER nobody AFTER UPDATE OF data ON stored_sessions
        BEGIN UPDATE stored_sessions SET user_id = 'nobody' WHERE sid = NEW.sid; END`,
    ],
    drop: 'DROP TRIGGER nobody',
  },
}

/** Has a trigger change the user of each row that is updated, without an error; returns what undoes it. */
export async function changeUsers(database: TestDatabase): Promise<() => Promise<void>> {
  const { make, drop } = TRIGGERS[database.dialect]
  for (const statement of make) await database.query(statement)
  return async () => void (await database.query(drop))
}
