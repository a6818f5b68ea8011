#[worker]
impl Value {}
