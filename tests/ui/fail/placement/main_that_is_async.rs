//! The executor is the user's choice.

#[coproc::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text: String = async { "ready".to_owned() }.await;
    println!("{text}");
    Ok(())
}
