CREATE TABLE "stored_sessions_events" (
	"sid" "bytea" NOT NULL,
	"id" "bytea" NOT NULL,
	"kind" text NOT NULL,
	"user_id" text,
	"at" bigint NOT NULL,
	"key_id" bigint,
	"data" "bytea" NOT NULL,
	CONSTRAINT "stored_sessions_events_key" PRIMARY KEY("sid","id")
);
--> statement-breakpoint
ALTER TABLE "stored_sessions" ADD COLUMN "metadata" "bytea";--> statement-breakpoint
CREATE INDEX "stored_sessions_events_by_user" ON "stored_sessions_events" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "stored_sessions_events_by_time" ON "stored_sessions_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "stored_sessions_events_by_key" ON "stored_sessions_events" USING btree ("key_id");