ALTER TABLE "stored_sessions" ADD COLUMN "key_id" bigint;--> statement-breakpoint
CREATE INDEX "stored_sessions_key_id_index" ON "stored_sessions" USING btree ("key_id");