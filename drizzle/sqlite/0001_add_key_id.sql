ALTER TABLE `stored_sessions` ADD `key_id` integer;--> statement-breakpoint
CREATE INDEX `stored_sessions_key_id_index` ON `stored_sessions` (`key_id`);