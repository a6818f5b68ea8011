#[message(priority = self.level, channel = Lane::Warning)]
struct Alarm {
    level: i32,
}

#[message(crate = my_library)]
enum Plain {
    One,
}

#[derive(Channel)]
enum Lane {
    Data,
    HighPriority,
}

#[derive(Channel)]
#[channel(crate = my_library)]
enum Single {
    HTTPServer = 3,
}
