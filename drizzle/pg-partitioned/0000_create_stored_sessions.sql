CREATE TABLE "stored_sessions" (
	"sid" "bytea" PRIMARY KEY NOT NULL,
	"data" "bytea" NOT NULL,
	"version" integer NOT NULL,
	"user_id" text,
	"created_at" bigint NOT NULL,
	"touched_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"trim_at" bigint NOT NULL,
	"ended_at" bigint,
	"end_reason" text
) PARTITION BY HASH ("sid");
--> statement-breakpoint
CREATE TABLE "stored_sessions_p00" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 0);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p01" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 1);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p02" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 2);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p03" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 3);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p04" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 4);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p05" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 5);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p06" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 6);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p07" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 7);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p08" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 8);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p09" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 9);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p10" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 10);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p11" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 11);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p12" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 12);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p13" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 13);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p14" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 14);
--> statement-breakpoint
CREATE TABLE "stored_sessions_p15" PARTITION OF "stored_sessions"
  FOR VALUES WITH (MODULUS 16, REMAINDER 15);
--> statement-breakpoint
CREATE INDEX "stored_sessions_user_id_index" ON "stored_sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "stored_sessions_trim_at_index" ON "stored_sessions" USING btree ("trim_at");