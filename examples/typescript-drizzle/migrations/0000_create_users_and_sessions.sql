CREATE TABLE "web_sessions" (
	"sid" "bytea" PRIMARY KEY NOT NULL,
	"data" "bytea" NOT NULL,
	"version" integer NOT NULL,
	"user_id" text,
	"created_at" bigint NOT NULL,
	"touched_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"trim_at" bigint NOT NULL,
	"ended_at" bigint,
	"end_reason" text,
	"key_id" bigint,
	"metadata" "bytea",
	"binding" "bytea",
	"note" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	CONSTRAINT "users_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE INDEX "web_sessions_user_id_index" ON "web_sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "web_sessions_created_index" ON "web_sessions" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "web_sessions_trim_at_index" ON "web_sessions" USING btree ("trim_at");--> statement-breakpoint
CREATE INDEX "web_sessions_key_id_index" ON "web_sessions" USING btree ("key_id");