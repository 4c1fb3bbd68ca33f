CREATE TABLE "stored_sessions_events" (
	"sid" "bytea" NOT NULL,
	"id" "bytea" NOT NULL,
	"kind" text NOT NULL,
	"user_id" text,
	"at" bigint NOT NULL,
	"key_id" bigint,
	"data" "bytea" NOT NULL,
	CONSTRAINT "stored_sessions_events_key" PRIMARY KEY("sid","id")
) PARTITION BY HASH ("sid");
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p00" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 0);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p01" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 1);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p02" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 2);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p03" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 3);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p04" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 4);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p05" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 5);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p06" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 6);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p07" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 7);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p08" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 8);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p09" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 9);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p10" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 10);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p11" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 11);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p12" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 12);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p13" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 13);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p14" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 14);
--> statement-breakpoint
CREATE TABLE "stored_sessions_events_p15" PARTITION OF "stored_sessions_events"
  FOR VALUES WITH (MODULUS 16, REMAINDER 15);
--> statement-breakpoint
ALTER TABLE "stored_sessions" ADD COLUMN "metadata" "bytea";--> statement-breakpoint
CREATE INDEX "stored_sessions_events_by_user" ON "stored_sessions_events" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "stored_sessions_events_by_time" ON "stored_sessions_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "stored_sessions_events_by_key" ON "stored_sessions_events" USING btree ("key_id");