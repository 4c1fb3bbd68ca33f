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
);
--> statement-breakpoint
CREATE INDEX "stored_sessions_user_id_index" ON "stored_sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "stored_sessions_trim_at_index" ON "stored_sessions" USING btree ("trim_at");